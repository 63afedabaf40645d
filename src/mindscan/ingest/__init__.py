"""What comes into the house: images from elsewhere, with what is known of them."""
