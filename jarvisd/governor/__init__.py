"""How much of the machine speech may have: the controller, and what carries its decisions out."""
