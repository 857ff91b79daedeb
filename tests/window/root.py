"""A Blender with a real window for tests, without touching this machine's own: a Debian root with Blender and Xvfb in it.

Made once by mmdebstrap (a minute, 1.2 GB) into build/window-root and kept; needs to be root on Debian.
"""

import os
import shutil
import subprocess
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "window-root"
PACKAGES = (
    "blender", "python3-numpy", "python3-requests", "python3-zstandard", "python3-cattr", "xvfb", "xauth", "xdotool",
    "x11-utils", "imagemagick", "libgl1-mesa-dri", "fonts-dejavu-core", "procps", "pulseaudio", "pulseaudio-utils",
)  # fmt: skip
LIBRARIES = (
    "scipy==1.17.1",
    "opencv-contrib-python-headless==4.11.0.86",
    "soundfile==0.14.0",
    "pillow==13.0.0",
    "h5py==3.16.0",
    "threadpoolctl==3.8.0",
    "embreex==4.4.0.post1",
    "miniaudio==1.71",
)
"""What our wheels bring in Blenders with Python 3.11 and 3.13; Debian's runs on another one."""
AUDIO = """load-module module-native-protocol-unix auth-anonymous=1 socket=/tmp/xdg/sound
load-module module-null-sink sink_name=out rate=48000 format=float32le channels=2
set-default-sink out
"""
"""A sound device that is heard by a recorder only."""
RECORDER = (
    "parec", "--device=out.monitor", "--raw", "--format=float32le", "--rate=48000", "--channels=2", "--latency-msec=5",
    "--process-time-msec=5", "/root/see2sound/heard.raw",
)  # fmt: skip
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root/see2sound", "DISPLAY": ":47",
    "LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe", "XDG_RUNTIME_DIR": "/tmp/xdg",
    "PULSE_SERVER": "unix:/tmp/xdg/sound", "ALSOFT_DRIVERS": "pulse",
}  # fmt: skip


def problem():
    """Why there can be no window here, or ""."""
    if os.name != "posix" or os.geteuid() != 0:
        return "making a root of its own for Blender needs to be root on Debian"
    if FOLDER.joinpath("ready").exists():
        return ""
    if shutil.which("mmdebstrap") is None:
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "mmdebstrap"], capture_output=True)
    return "" if shutil.which("mmdebstrap") else "mmdebstrap cannot be installed"


def make(python):
    """Error CalledProcessError where the packages cannot be had."""
    ready = FOLDER / "ready"
    if ready.exists() and ready.read_text() == repr((PACKAGES, LIBRARIES)):
        return
    if not ready.exists() or not ready.read_text().startswith(repr((PACKAGES,))[:-2]):
        _make_root()
    version = next(path.name.removeprefix("python") for path in sorted(FOLDER.glob("usr/lib/python3.[0-9]*")))
    target = FOLDER / "usr" / "lib" / "python3" / "dist-packages"
    install = [python, "-m", "pip", "install", "--quiet", "--target", target, "--python-version", version]
    install += ["--only-binary=:all:", "--no-deps", *LIBRARIES, "cffi", "pycparser"]
    subprocess.run(install, check=True, capture_output=True)
    ready.write_text(repr((PACKAGES, LIBRARIES)))


def _make_root():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.parent.mkdir(exist_ok=True)
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
    options = ['--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=APT::Install-Recommends "false"', *excluded]
    include = f"--include={','.join(PACKAGES)}"
    subprocess.run(
        ["mmdebstrap", "--mode=root", "--variant=apt", "--skip=check/qemu", *options, include, "sid", FOLDER],
        check=True, capture_output=True,
    )  # fmt: skip


def run(*command, **options):
    """A command inside; its output."""
    environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    done = subprocess.run(["chroot", FOLDER, "env", "-i", *environment, *command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def start(*command, log):
    """A command that goes on inside."""
    environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    with (FOLDER / log).open("w") as out:
        return subprocess.Popen(["chroot", FOLDER, "env", "-i", *environment, *command], stdout=out, stderr=subprocess.STDOUT)


def without_wheels(archive, target):
    """Our zip for a Blender whose Python our wheels do not serve, but for the kernels', which serve every Python."""
    with zipfile.ZipFile(archive) as full, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as slim:
        for name in full.namelist():
            if name.endswith("blender_manifest.toml"):
                lines = full.read(name).decode().splitlines()
                slim.writestr(name, "\n".join(line for line in lines if "./wheels/" not in line or "kernels" in line) + "\n")
            elif "wheels/" not in name or "kernels" in name:
                slim.writestr(name, full.read(name))


@contextmanager
def window(archive, script):
    """Blender with the extension, freshly installed, in a window of 1600 by 1000; `script` runs in it."""
    mounts = [
        ["mount", "-t", "proc", "proc", FOLDER / "proc"],
        ["mount", "-t", "tmpfs", "-o", "mode=1777", "shm", FOLDER / "dev/shm"],
    ]
    processes = []
    shutil.rmtree(FOLDER / "root" / "see2sound", ignore_errors=True)
    for path in ("root/see2sound", "tmp/xdg", "tmp/.X11-unix", "dev/shm", "proc"):
        (FOLDER / path).mkdir(parents=True, exist_ok=True)
    (FOLDER / "tmp/xdg").chmod(0o700)
    try:
        for mount in mounts:
            subprocess.run(mount, check=True)
        without_wheels(archive, FOLDER / "root/see2sound/extension.zip")
        shutil.copy(script, FOLDER / "root/see2sound/script.py")
        (FOLDER / "root/see2sound/sound.pa").write_text(AUDIO)
        # Debian leaves out the list of languages; Blender's own translations are not needed for ours.
        languages = FOLDER / "usr/share/locale/languages"
        languages.parent.mkdir(parents=True, exist_ok=True)
        languages.write_text("0:Automatic:DEFAULT:100%\n1:English (English):en_US:100%\n5:German (Deutsch):de_DE:100%\n")
        install = ("extension", "install-file", "-r", "user_default", "--enable", "/root/see2sound/extension.zip")
        run("blender", "--command", *install)
        settings = "import bpy; v = bpy.context.preferences.view; v.show_splash = False; bpy.ops.wm.save_userpref()"
        run("blender", "-b", "-noaudio", "--python-expr", settings)
        daemon = ("pulseaudio", "-n", "-F", "/root/see2sound/sound.pa", "--exit-idle-time=-1", "--use-pid-file=no")
        processes.append(start(*daemon, "--daemonize=no", log="tmp/pulseaudio.log"))
        processes.append(start("Xvfb", ":47", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", log="tmp/xvfb.log"))
        time.sleep(1.0)
        processes.append(start(*RECORDER, log="tmp/parec.log"))
        arguments = ("--window-geometry", "0", "0", "1600", "1000", "-P", "/root/see2sound/script.py")
        processes.append(start("blender", *arguments, log="tmp/blender.log"))
        yield FOLDER / "root" / "see2sound", processes[-1]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
        for mount in reversed(mounts):
            subprocess.run(["umount", "-l", mount[-1]], check=False)
