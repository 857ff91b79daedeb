"""Operators: set up, check and remove the neural environment, and download models."""

import bpy
from bpy.app.translations import pgettext_iface as iface
from bpy.props import EnumProperty

from ..see2sound_addon.blender import neural
from ..see2sound_addon.errors import See2SoundError
from .working import Step, Working

KINDS = (
    ("cpu", "Processor", "PyTorch without a GPU: works everywhere, slowly"),
    ("cuda", "NVIDIA", "PyTorch for NVIDIA GPUs"),
    ("rocm", "AMD", "PyTorch for AMD GPUs under Linux"),
    ("metal", "Apple", "PyTorch for Apple silicon"),
)


def _check_online() -> None:
    if not bpy.app.online_access:
        raise See2SoundError("offline", "Blender is offline.", "Allow online access in Preferences > System > Network.")


class SEE2SOUND_OT_set_up_neural(Working, bpy.types.Operator):
    """Download PyTorch and the other libraries that neural models need into a separate environment, outside Blender's Python"""

    bl_idname = "see2sound.set_up_neural"
    bl_label = "Set Up Neural Models"
    bl_options = {"REGISTER"}

    kind: EnumProperty(name="Device", description="The device that the models run on", items=KINDS)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..see2sound_addon.neural.environment import SIZES, usual_kind

        self.kind = usual_kind()
        self._sizes = SIZES
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Download")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.prop(self, "kind")
        size = self._sizes[self.kind]
        text = iface("Downloads from pypi.org and pytorch.org; takes {:g} GB on the disk.").format(size)
        layout.label(text=text, translate=False)
        layout.label(text="Licences: PyTorch BSD-3-Clause, transformers and diffusers Apache-2.0.")
        if not bpy.app.online_access:
            layout.label(text="Blender is offline: allow online access in Preferences > System.", icon="ERROR")

    def first_step(self, context: bpy.types.Context) -> Step:
        _check_online()
        return Step("set_up_neural", {"folder": str(neural.folder()), "kind": self.kind})

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        neural.remember(context, result)
        self.report({"INFO"}, "Neural models can be used now.")
        return []


class SEE2SOUND_OT_check_neural(Working, bpy.types.Operator):
    """Check the neural environment and the device that it uses"""

    bl_idname = "see2sound.check_neural"
    bl_label = "Check"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def first_step(self, context: bpy.types.Context) -> Step:
        return Step("describe_neural", {"folder": str(neural.folder()), "python": neural.chosen_python(context)})

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        neural.remember(context, result)
        if result["ready"]:
            self.report({"INFO"}, neural.summary(result))
            return [result["advice"]] if result["advice"] else []
        return [f"{result['problem']} {result['hint']}"]


class SEE2SOUND_OT_remove_neural(bpy.types.Operator):
    """Delete the environment for neural models. Downloaded models stay"""

    bl_idname = "see2sound.remove_neural"
    bl_label = "Remove Environment"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK
        from ..see2sound_addon.neural.environment import Place, remove

        DESK.close()
        try:
            remove(Place(neural.folder()))
        except See2SoundError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        neural.remember(context, {})
        return {"FINISHED"}


class SEE2SOUND_OT_download_model(Working, bpy.types.Operator):
    """Show the size and licence of a model, then download its weights from huggingface.co"""

    bl_idname = "see2sound.download_model"
    bl_label = "Download Model"
    bl_options = {"REGISTER"}

    model: EnumProperty(name="Model", description="The model to download", items=neural.MODEL_ITEMS)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=420)

    def draw(self, context: bpy.types.Context) -> None:
        card = neural.CARDS[self.model]
        layout = self.layout
        layout.prop(self, "model")
        text = iface("{} at huggingface.co, {:g} GB; takes {:g} GB of memory.").format(card.repository, card.size, card.memory)
        layout.label(text=text, translate=False)
        allowed, refused = iface("Licence: {}, which allows commercial work."), iface("Licence: {}, not for commercial work!")
        text = (allowed if card.commercial else refused).format(card.licence)
        layout.label(text=text, translate=False, icon="INFO" if card.commercial else "ERROR")
        if card.gated:
            layout.label(text="Requires an account: accept the licence on its page, then log in.")

    def first_step(self, context: bpy.types.Context) -> Step:
        _check_online()
        data = {
            "folder": str(neural.folder()), "python": neural.chosen_python(context), "model": self.model,
            "models": str(neural.models_folder(context)),
        }  # fmt: skip
        return Step("fetch_model", data)

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        self.report({"INFO"}, f"{self.model} lies in {result['folder']}.")
        return []


class SEE2SOUND_OT_free_neural(bpy.types.Operator):
    """Remove all models from memory"""

    bl_idname = "see2sound.free_neural"
    bl_label = "Free Memory"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK
        from ..see2sound_addon.jobs.tasks import free_neural

        DESK.close()
        free_neural({}, lambda *_: None)  # what scripts have used in this very process
        return {"FINISHED"}
