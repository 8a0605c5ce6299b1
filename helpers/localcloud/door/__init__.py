"""The door: which Region a request is for, who may ask what, and who answers."""
