"""What was meant: Rasa's NLU pipeline inside the process, without TensorFlow."""
