"""What a server answers with: graphs and their contracts."""
