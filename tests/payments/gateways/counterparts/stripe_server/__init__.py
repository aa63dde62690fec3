"""A server shaped like Stripe's, written from its documentation, that only a loopback port sees."""
