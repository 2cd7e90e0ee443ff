"""One function a figure: findings in, a :class:`Chart` out; one style."""
