using System.Collections.Frozen;

namespace Attribution.Models;

/// <summary>
/// Properties of a published <c>config.json</c> that do not affect a forward pass in evaluation mode, grouped by the reason. A property that is neither here
/// nor read by a family's mapping is an error.
/// </summary>
internal static class NeutralOptions
{
    private static readonly Dictionary<string, string[]> ByReason = new()
    {
        ["act in training alone: dropouts, noise, initial weights, memory against time"] =
        [
            "attention_dropout", "attention_probs_dropout_prob", "attn_pdrop", "classifier_dropout", "embd_pdrop", "embedding_dropout", "ffn_dropout",
                "gradient_checkpointing", "hidden_dropout",
            "hidden_dropout_prob", "init_std", "initializer_factor", "initializer_range", "layerdrop", "neftune_noise_alpha", "resid_pdrop",
                "residual_dropout", "use_reentrant",
        ],
        ["name a token; the tokenizer's files say which tokens stand where"] =
        [
            "begin_suppress_tokens", "cls_token_id", "decoder_start_token_id", "mask_token_id", "pad_token_id", "sep_token_id", "unk_token_id",
        ],
        ["say how long a text may be, which max_position_embeddings says here"] =
        [
            "max_seq_len", "max_sequence_length", "model_max_length", "n_ctx", "n_positions", "seq_length", "tokenizer_model_max_length",
        ],
        ["choose between ways to compute the same numbers"] =
        [
            "attn_implementation", "cache_implementation", "chunk_size_feed_forward", "flash_attention", "pretraining_tp", "return_dict", "torchscript",
                "use_bfloat16", "use_cache", "use_flash_attn",
            "use_flash_attention", "use_sdpa",
        ],
        ["say where a model comes from, what wrote its files, or what to call it"] =
        [
            "architectures", "auto_map", "finetuning_task", "is_llama_config", "license", "model_name", "model_version", "name", "name_or_path",
                "tokenizer_class", "transformers.js_config",
            "transformers_version", "unsloth_fixed", "unsloth_version",
        ],
        ["the dtype of the weights, which is read where it matters"] = ["dtype", "torch_dtype"],
        ["outputs and labels of other heads and tasks"] =
        [
            "id2label", "label2id", "num_labels", "output_attentions", "output_hidden_states", "output_scores", "problem_type", "return_dict_in_generate",
                "task_specific_params",
        ],
        ["defaults of generation, which an experiment says itself; stop tokens come from generation_config.json or eos_token_id"] =
        [
            "bad_words_ids", "diversity_penalty", "do_sample", "early_stopping", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty",
                "forced_bos_token_id", "forced_eos_token_id",
            "length_penalty", "max_length", "min_length", "min_p", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences", "prefix",
                "remove_invalid_values",
            "repetition_penalty", "suppress_tokens", "temperature", "top_k", "top_p", "typical_p",
        ],
        ["belong to encoders and their ties, which a decoder-only model has not"] = ["cross_attention_hidden_size", "is_decoder", "tf_legacy_loss",
            "tie_encoder_decoder"],
    };

    /// <summary>The names of the properties.</summary>
    public static FrozenSet<string> Names { get; } = ByReason.Values.SelectMany(names => names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The reason why a property changes nothing; null if it is not known to change nothing.</summary>
    public static string? ReasonOf(string property) => ByReason.FirstOrDefault(group => group.Value.Contains(property)).Key;
}
