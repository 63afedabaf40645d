"""Evidence that made anatomy is right: yardsticks measured on label volumes, and the page that shows them."""
