"""What a learner sees, as pictures: each page and each panel, in each of its states."""
