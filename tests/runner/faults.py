"""For every fault a run in which it can be made, and what it needs there."""

WHERE: dict[str, tuple[str, ...]] = {
    "derivative_of_activated": ("activation=sigmoid",),
    "softplus_as_relu_derivative": ("activation=relu",),
    "sigmoid_as_relu_derivative": ("activation=floored_relu",),
    "stale_pre_activation": ("activation=tanh", "network.hidden=[4,3]"),
    "column_labels": ("data=quadrants", "network.output=softmax"),
    "weights_subtracted": ("activation=tanh",),
    "missing_factor": ("activation=tanh",),
    "transposed_gradient": ("network.hidden=[3,3]",),
    "broadcast_update": ("network.hidden=[4]",),
    "regulariser_sign": ("training.l2=0.1",),
    "mixed_units": ("network.output=tanh",),
    "missing_derivative": ("activation=tanh",),
    "early_update": ("activation=tanh",),
    "update_sign": ("activation=tanh",),
    "missing_bias_correction": ("optimizer=adam",),
    "shuffled_inputs": ("data=square",),
    "shifted_labels": ("data=square",),
}
