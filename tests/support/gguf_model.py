"""Builds a tiny language model from nothing, so that a real llama-server has something to say.

The "model" is a Markov chain over the tokens of a few sentences, written as GGUF weights: the
embedding is the identity, the layers change nothing, and the output matrix holds log P(next|last).
llama-server then streams readable English with real tokens, an end of turn, characters split over
tokens, and ``<think>`` where thinking is on. The layers cost real time: ``slow`` has many.
"""

import json
import math
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """How large a variant is."""

    layers: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_size: int
    quantised: bool
    ends: bool = True


SHAPES = {
    "tiny": Shape(1, 64, 2, 1, 32, quantised=False),  # 5 MB, thousands of tokens a second
    "endless": Shape(10, 2048, 16, 4, 64, quantised=True, ends=False),  # 100 MB
    "slow": Shape(36, 4096, 16, 4, 64, quantised=True),  # 0.6 GB, about 40 a second on one core
}

SENTENCES = """\
The weather today is sunny with a high of 22 degrees. You can leave the umbrella at home.
It is 7:30 in the morning. Your first meeting starts at 9 o'clock.
I have set a timer for ten minutes. I will let you know when it is done.
The lights in the hall are on. Would you like me to turn them off?
All backups finished last night. The largest one took 25 minutes.
The disk of the file server is nearly full. You should make some room this week.
I restarted the web server. It answers again, and nothing else was affected.
The washing machine will be done in 10 minutes. I will tell you when it is.
The temperature in the cellar is 19.5 degrees. That is a little more than yesterday.
Two updates are ready to be installed. One of them needs a restart.
The café at the station opens at 8 o'clock. A coffee costs about 3 € there.
Dr. Brown called at 4 p.m. and asked you to call back. The number is in your phone.
The alarm is set for 6:45 tomorrow morning. Good night 🌙.
Certainly. The capital of Japan is Tokyo (東京), and the capital of France is Paris.
I am not sure about that. Let me look, and I will get back to you.
The front door is locked. The window in the kitchen is still open.
The train to the city leaves at 8:15 from platform 4. It takes about 25 minutes.
There is nothing in your calendar for tomorrow. You have the day off 🎉.
""".splitlines()
THOUGHTS = (" hmm", " perhaps", " therefore", " check", " recall", " suppose")
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKUP = ("<think>", "</think>")
VOCABULARY = 1024
CONTEXT = 8192

CHAT_TEMPLATE = """\
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + (message.content or '') + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and enable_thinking %}{{- '<think>' }}{%- endif %}
{%- endif %}"""

# How llama.cpp cuts words for ``tokenizer.ggml.pre = "qwen2"``; the tokenizer must agree with it.
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def build(path: Path, variant: str) -> None:
    """Write the model ``tiny`` or ``slow`` to ``path``."""
    shape = SHAPES[variant]
    tokenizer, tokens, types, merges = _vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _write_header(writer, f"jarvis-test-{variant}", shape)
    _write_tokenizer(writer, tokens, types, merges)
    _write_weights(writer, shape, _chain(tokenizer, tokens, ends=shape.ends))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary() -> tuple[Tokenizer, list[str], list[int], list[str]]:
    """A byte-level BPE trained on the sentences: (tokenizer, tokens, their types, merges)."""

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = len(CONTROL) + len(MARKUP) + len(THOUGHTS)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=1,
        show_progress=False,
    )
    # Trained on ASCII alone: other characters stay split over several tokens.
    ascii_only = [re.sub(r"[^\x00-\x7f]", "", sentence) for sentence in SENTENCES]
    tokenizer.train_from_iterator(ascii_only * 2, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    types = [gguf.TokenType.NORMAL] * len(tokens)
    types += [gguf.TokenType.CONTROL] * len(CONTROL)
    types += [gguf.TokenType.USER_DEFINED] * (len(MARKUP) + len(THOUGHTS))
    tokens += [*CONTROL, *MARKUP, *THOUGHTS]
    unused = VOCABULARY - len(tokens)
    tokens += [f"[PAD{number}]" for number in range(unused)]
    types += [gguf.TokenType.UNUSED] * unused
    return tokenizer, tokens, types, merges


def _chain(tokenizer: Tokenizer, tokens: list[str], *, ends: bool) -> Matrix:
    """log P[next, last] of the sentences; thoughts lead to ``</think>`` and then to a sentence."""

    ids = {token: number for number, token in enumerate(tokens)}
    newline, end = tokenizer.encode("\n").ids[0], ids["<|im_end|>"]
    counts = np.zeros((len(tokens), len(tokens)))
    for sentence in SENTENCES:
        path = [newline, *tokenizer.encode(sentence).ids, end if ends else newline]
        for last, following in pairwise(path):
            counts[following, last] += 1
    words = counts.sum(1)
    words[end] = 0
    thoughts = [ids[word] for word in THOUGHTS]
    counts[thoughts, ids["<think>"]] = 1
    for thought in thoughts:
        counts[thoughts, thought] = 1
        counts[thought, thought] = 0
        counts[ids["</think>"], thought] = 0.4
    counts[newline, ids["</think>"]] = 1
    total = counts.sum(0)
    unseen = (words / words.sum())[:, None]  # after a token never seen: any word
    chances = np.where(total > 0, counts / np.maximum(total, 1e-9), unseen)
    return np.maximum(np.log(0.9999 * chances + 1e-4 * unseen + 1e-12), -16.0).astype(np.float32)


def _write_header(writer: gguf.GGUFWriter, name: str, shape: Shape) -> None:

    quantised = gguf.LlamaFileType.MOSTLY_Q8_0
    writer.add_name(name)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(VOCABULARY)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(VOCABULARY)
    writer.add_file_type(quantised if shape.quantised else gguf.LlamaFileType.MOSTLY_F16)


def _write_tokenizer(
    writer: gguf.GGUFWriter, tokens: list[str], types: list[int], merges: list[str]
) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(value=False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _write_weights(writer: gguf.GGUFWriter, shape: Shape, chain: Matrix) -> None:
    """Attention and feed-forward are random, their outputs zero: work without effect."""
    import numpy as np  # noqa: PLC0415 - see above

    random = np.random.default_rng(0)
    size = VOCABULARY

    def matrix(name: str, values: Matrix) -> None:
        if shape.quantised:
            kind = gguf.GGMLQuantizationType.Q8_0
            packed = gguf.quants.quantize(values.astype(np.float32), kind)
            writer.add_tensor(name, packed, raw_dtype=kind)
        else:
            writer.add_tensor(name, values.astype(np.float16))

    def noise(rows: int, columns: int) -> Matrix:
        return random.standard_normal((rows, columns), dtype=np.float32) * 0.02

    norm = np.ones(size, dtype=np.float32)
    gain = 1.0 / math.sqrt(1.0 / size + 1e-6)  # what the norm makes of a one-hot row
    matrix("token_embd.weight", np.eye(size, dtype=np.float32))
    writer.add_tensor("output_norm.weight", norm)
    matrix("output.weight", chain / gain)
    query, key = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", norm)
        writer.add_tensor(f"{block}.ffn_norm.weight", norm)
        matrix(f"{block}.attn_q.weight", noise(query, size))
        matrix(f"{block}.attn_k.weight", noise(key, size))
        matrix(f"{block}.attn_v.weight", noise(key, size))
        matrix(f"{block}.attn_output.weight", np.zeros((size, query), dtype=np.float32))
        matrix(f"{block}.ffn_gate.weight", noise(shape.feed_forward, size))
        matrix(f"{block}.ffn_up.weight", noise(shape.feed_forward, size))
        matrix(f"{block}.ffn_down.weight", np.zeros((size, shape.feed_forward), dtype=np.float32))
