"""The sections of the GPU check, by name."""

SECTIONS = {
    "device": "rtlvr.gpu_check.device:run",
    "generation": "rtlvr.gpu_check.generation:run",
    "training": "rtlvr.gpu_check.training:run",
    "precision": "rtlvr.gpu_check.precision:run",
    "movement": "rtlvr.gpu_check.movement:run",
    "small_policy": "rtlvr.gpu_check.learning:small_policy",
    "pretrained": "rtlvr.gpu_check.pretrained:run",
}
