using Attribution.Models.Lora;
using Attribution.Tensors;

namespace Attribution.FineTuning;

/// <summary>An adapter at the end of an epoch of its training, with its optimizer. Training changes both again after the callback returns.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="LearningRate">The mean learning rate of the epoch's steps.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Optimizer">The optimizer, with the moments of the gradients.</param>
internal sealed record TrainingCheckpoint(int Epoch, double LearningRate, LoraAdapter Adapter, AdamW Optimizer);
