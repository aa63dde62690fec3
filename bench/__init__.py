"""What we measure. Figures are ratios within one run, since machines differ and are noisy."""
