"""What the routes in app.py stand on."""
