"""
A pipe on a laptop: the emulator, a CodePipeline endpoint, deploying a synthesized assembly, running its pipes.
"""
