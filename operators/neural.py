"""Operators: set up, check and remove the neural environment, and download models."""

import bpy
from bpy.app.translations import pgettext_iface as iface
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from ..see2sound_addon.blender import neural
from ..see2sound_addon.blender.properties.neural import MODEL_ITEMS
from ..see2sound_addon.errors import See2SoundError
from ..see2sound_addon.weights.cards import CARDS
from ..see2sound_addon.weights.consent import terms
from ..see2sound_addon.weights.proposal import propose
from .working import Work, Working, ask

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
    models: BoolProperty(name="With Models", description="Also download a set of models that fits this machine")
    commercial: BoolProperty(
        name="Commercial Work", description="Only models whose licences allow commercial work", default=True
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..see2sound_addon.neural.environment import SIZES, room_for_models, usual_kind

        self.kind = usual_kind()
        self._sizes, folder = SIZES, neural.folder()
        self._room = {kind: room_for_models(folder, kind) for kind in SIZES}
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Download")  # type: ignore[return-value]

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.prop(self, "kind")
        size = self._sizes[self.kind]
        text = iface("Downloads from pypi.org and pytorch.org; takes {:g} GB on the disk.").format(size)
        layout.label(text=text, translate=False)
        layout.label(text="Licences: PyTorch BSD-3-Clause, transformers and diffusers Apache-2.0.")
        layout.prop(self, "models")
        layout.prop(self, "commercial")
        for card in propose(*self._room[self.kind], self.commercial) if self.models else ():
            use = f"{card.id}, {card.repository}: {card.size:g} GB, {terms(card)}"
            layout.label(text=use, icon="DOT", translate=False)
        if not bpy.app.online_access:
            layout.label(text="Blender is offline: allow online access in Preferences > System.", icon="ERROR")

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import FetchModel, SetUpNeural
        from ..see2sound_addon.neural.environment import proposed

        _check_online()
        folder, models = neural.folder(), neural.models_folder(context)
        cards = proposed(folder, self.kind, self.commercial) if self.models else []  # as shown, before the disk is fuller
        neural.remember(context, (yield from ask(SetUpNeural(folder, self.kind))))
        for card in cards:
            yield from ask(FetchModel(folder, None, card.id, models))
        self.report({"INFO"}, "Neural models can be used now.")
        return []


class SEE2SOUND_OT_check_neural(Working, bpy.types.Operator):
    """Check the neural environment and the device that it uses"""

    bl_idname = "see2sound.check_neural"
    bl_label = "Check"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import DescribeNeural

        found = yield from ask(DescribeNeural(neural.folder(), neural.chosen_python(context)))
        neural.remember(context, found)
        if found.ready:
            self.report({"INFO"}, neural.summary(found))
            return [found.advice] if found.advice else []
        return [f"{found.problem} {found.hint}"]


class SEE2SOUND_OT_remove_neural(bpy.types.Operator):
    """Delete the environment for neural models. Downloaded models stay"""

    bl_idname = "see2sound.remove_neural"
    bl_label = "Remove Environment"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)  # type: ignore[return-value]

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK
        from ..see2sound_addon.neural.environment import Place, remove

        DESK.close()
        try:
            remove(Place(neural.folder()))
        except See2SoundError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        neural.remember(context, None)
        return {"FINISHED"}


class SEE2SOUND_OT_download_model(Working, bpy.types.Operator):
    """Read how large a model is, show its size and licence, then download its weights from huggingface.co"""

    bl_idname = "see2sound.download_model"
    bl_label = "Download Model"
    bl_options = {"REGISTER"}

    model: EnumProperty(name="Model", description="The model to download", items=MODEL_ITEMS)
    size: FloatProperty(
        name="Size",
        description="GB of the files that are downloaded, 0 before they are known",
        min=0.0,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.size:
            return self.begin(context)
        return context.window_manager.invoke_props_dialog(self, width=540, confirm_text="Download")  # type: ignore[return-value]

    def draw(self, context: bpy.types.Context) -> None:
        card = CARDS[self.model]
        layout = self.layout
        text = iface("{} at huggingface.co, {:.2f} GB; takes {:g} GB of memory.").format(
            card.repository, self.size, card.memory
        )
        layout.label(text=text, translate=False)
        allowed, refused = iface("Licence: {}, which allows commercial work."), iface("Licence: {}, not for commercial work!")
        text = (allowed if card.commercial else refused).format(card.licence)
        layout.label(text=text, translate=False, icon="INFO" if card.commercial else "ERROR")
        if card.gated:
            layout.label(text="Requires an account: accept the licence on its page, then log in.")

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import FetchModel, LookUpModel

        _check_online()
        python, models = neural.chosen_python(context), neural.models_folder(context)
        if self.options.is_invoke and not self.size:  # scripts that name a model have agreed
            offered = yield from ask(LookUpModel(neural.folder(), python, self.model))
            dialog = bpy.ops.see2sound.download_model  # type: ignore[attr-defined]
            dialog("INVOKE_DEFAULT", model=self.model, size=max(offered.size / 1e9, 0.01))
            return []
        fetched = yield from ask(FetchModel(neural.folder(), python, self.model, models))
        self.report({"INFO"}, f"{self.model} is installed in {fetched.folder}.")
        return []


class SEE2SOUND_OT_free_neural(bpy.types.Operator):
    """Remove all models from memory"""

    bl_idname = "see2sound.free_neural"
    bl_label = "Free Memory"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK
        from ..see2sound_addon.jobs.requests import FreeNeural
        from ..see2sound_addon.jobs.tasks import perform

        DESK.close()
        perform(FreeNeural())  # what scripts have used in this very process
        return {"FINISHED"}
