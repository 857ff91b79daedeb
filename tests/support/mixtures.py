"""Soundtracks of known parts, and how well they are taken apart."""

from __future__ import annotations

import numpy as np
import soundfile

from see2sound_addon.sound.generator import synthesise

RATE = 48000


def voice(words, seconds=4.0, seed=99):
    """(n,) of a class, at one level; the seed is none of those that a separator learns from."""
    signal = np.resize(synthesise(words, seconds, seed, RATE).samples, round(seconds * RATE)).astype(float)
    return 0.1 * signal / np.sqrt(np.mean(signal**2))


def tangent_law(azimuth):
    """Gains (2,) of loudspeakers 30 degrees left and right (B. Bernfeld, AES 1973)."""
    ratio = np.tan(np.radians(azimuth)) / np.tan(np.radians(30.0))
    gains = np.array([1.0 + ratio, 1.0 - ratio])
    return gains / np.linalg.norm(gains)


def panned(signals, azimuths):
    """(2, n) of each."""
    return [np.outer(tangent_law(azimuth), signal) for signal, azimuth in zip(signals, azimuths, strict=True)]


def write(path, channels):
    """Write a mixture (channels, n) as floating-point WAV."""
    soundfile.write(path, np.asarray(channels, np.float32).T, RATE, "FLOAT")
    return path


def si_sdr(found, true):
    """DB, of all channels together (J. Le Roux and others, "SDR: Half-Baked or Well Done?", 2019)."""
    found, true = np.ravel(found).astype(float), np.ravel(true)
    part = (found @ true) / (true @ true) * true
    return 10.0 * np.log10((part @ part + 1e-12) / (np.sum((found - part) ** 2) + 1e-12))


def level(signal):
    """DB of the mean power."""
    return 10.0 * np.log10(np.mean(np.square(signal, dtype=float)) + 1e-30)
