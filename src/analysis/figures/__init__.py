"""One function a figure: findings in, a :class:`Drawing` out; one style."""
