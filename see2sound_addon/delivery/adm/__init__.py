"""Object audio: the Audio Definition Model (ITU-R BS.2076) in a BW64 file (ITU-R BS.2088)."""
