"""Questions that were not answered well, for officials to teach from."""
