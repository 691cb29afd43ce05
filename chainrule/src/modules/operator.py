"""Operators as functions."""

from _operator import *
from _operator import attrgetter, itemgetter, methodcaller
