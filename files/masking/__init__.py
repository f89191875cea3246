"""Take secrets out of logs before they are stored: finding.py knows what one looks like, masker.py puts
labels there."""

from files.masking.finding import Kind
from files.masking.masker import Masker, masked_text
from files.masking.report import Masked, Sample, in_words

__all__ = ["Kind", "Masked", "Masker", "Sample", "in_words", "masked_text"]
