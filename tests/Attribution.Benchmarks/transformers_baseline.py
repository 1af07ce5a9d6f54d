"""The measurements of `gpu` and `generate` with transformers and peft, on a random model of Llama 3.1 8B's shape in bfloat16: rows/s, s a step, ms a token."""
import time
import warnings

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.bfloat16)
LENGTH, ANSWER, LAYER, ROUNDS = 1024, 512, 19, 5


def random_model(**shape):
    config = LlamaConfig(**shape, rms_norm_eps=1e-5, tie_word_embeddings=False, attn_implementation="sdpa")
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    model = model.to_empty(device="cuda").eval()
    for weight in model.parameters():
        weight.requires_grad_(False)
        weight.fill_(1) if weight.dim() == 1 else weight.normal_(0, 0.02)
    model.model.rotary_emb = type(model.model.rotary_emb)(config, device="cuda")  # its buffers are not among the weights
    return model


def best_of(action):
    for _ in range(2):
        action()
    torch.cuda.reset_peak_memory_stats()
    best = float("inf")
    for _ in range(ROUNDS):
        torch.cuda.synchronize()
        start = time.time()
        action()
        torch.cuda.synchronize()
        best = min(best, time.time() - start)
    return best, torch.cuda.max_memory_allocated() / 2**30


def loss_of(model, base, ids):
    """The mean loss of the answers; the head runs at their positions only."""
    stream = base(input_ids=ids, use_cache=False).last_hidden_state
    logits = model.lm_head(stream[:, LENGTH - ANSWER - 1:-1]).float()
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, -ANSWER:].flatten())


def gradient(model, ids):
    """The gradient at the output of block LAYER: the blocks below keep no graph."""
    held = []

    def keep(module, arguments, output):
        held.append((output[0] if isinstance(output, tuple) else output).requires_grad_())

    hook = model.model.layers[LAYER].register_forward_hook(keep)
    found, = torch.autograd.grad(loss_of(model, model.model, ids), held)
    hook.remove()
    return found.float().mean(1)


@torch.no_grad()
def stream_of(model, ids):
    stream, positions = model.model.embed_tokens(ids), torch.arange(LENGTH, device="cuda")[None]
    angles = model.model.rotary_emb(stream, positions)
    for layer in model.model.layers[:LAYER + 1]:
        output = layer(stream, attention_mask=None, position_ids=positions, position_embeddings=angles)
        stream = output[0] if isinstance(output, tuple) else output
    return stream.float().mean(1)


def main():
    model = random_model(hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32, num_key_value_heads=8,
                         vocab_size=128256, max_position_embeddings=131072)
    for batch in (8, 4):
        ids = torch.randint(0, 128256, (batch, LENGTH), device="cuda")
        for name, action in (("gradient", gradient), ("stream", stream_of)):
            seconds, peak = best_of(lambda: action(model, ids))
            print(f"{name} at the output of block {LAYER}, batches of {batch}: {batch / seconds:.2f} rows/s, peak {peak:.1f} GiB", flush=True)

    modules = ["q_proj", "k_proj", "v_proj", "up_proj", "down_proj", "gate_proj"]
    adapted = get_peft_model(model, LoraConfig(r=32, lora_alpha=64, lora_dropout=0.0, target_modules=modules, task_type="CAUSAL_LM")).train()
    weights = [weight for weight in adapted.parameters() if weight.requires_grad]
    for weight in weights:
        weight.data = weight.data.float()
    optimizer = torch.optim.AdamW(weights, lr=1e-4)

    def step():
        loss_of(model, adapted.base_model.model.model, ids).backward()
        optimizer.step()
        optimizer.zero_grad()

    seconds, peak = best_of(step)
    print(f"LoRA of rank 32, batches of {len(ids)}: {seconds:.3f} s a step, peak {peak:.1f} GiB", flush=True)

    del model, adapted, optimizer, weights
    model = random_model(hidden_size=4096, intermediate_size=11264, num_hidden_layers=32, num_attention_heads=64, num_key_value_heads=32,
                         vocab_size=8192, max_position_embeddings=4096)
    for batch in (1, 16):
        ids = torch.randint(0, 8192, (batch, 32), device="cuda")

        def generate(count):
            torch.cuda.synchronize()
            start = time.time()
            model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, min_new_tokens=count, do_sample=False, pad_token_id=0)
            torch.cuda.synchronize()
            return time.time() - start

        generate(3)
        print(f"generation, batch {batch}: {1e3 * min((generate(33) - generate(1)) / 32 for _ in range(4)):.2f} ms a step", flush=True)


main()
