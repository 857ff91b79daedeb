"""What is delivered of a plan beside a mix, one module each: they join the renderer and the writers."""
