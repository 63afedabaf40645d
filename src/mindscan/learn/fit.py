"""Training: a generator of steps that can be stopped at any of them and goes on where it was."""

from __future__ import annotations

import copy
import io
import math
import pickle
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.dataset.folder import disk_faults
from mindscan.dataset.tables import damaged
from mindscan.learn.heads import Head, head, kept_heads
from mindscan.learn.task import Sample, Task
from mindscan.learn.training import Training
from mindscan.learn.weights import read_weights, write_atomically, write_weights

CHECKPOINT, WEIGHTS, CURVE, RECORD = "checkpoint.pt", "weights.safetensors", "curve.tsv", "training.json"
"""Names of the files in the folder of a training."""
_WARM = 50
"""Steps over which the rate rises."""


@dataclass(frozen=True)
class Step:
    """One step of a training, when it is done.

    Args:
        number: from 1.
        total: how many there will be.
        loss: before the step.
        seconds: of all steps so far, interruptions left out.
        scores: on the heads held out, where the step was judged.
    """

    number: int
    total: int
    loss: float
    seconds: float
    scores: dict[str, float] | None = None


class Stock(NamedTuple):
    """Where heads come from beside those that are made.

    Args:
        kept: folder in which made heads are kept; that in the cache folder when None.
        learnt: labelled scans that are learnt from.
        judged: labelled scans that the network is judged by.
        digest: of these scans; "" where there are none.
    """

    kept: Path | None = None
    learnt: Sequence[Head] = ()
    judged: Sequence[Head] = ()
    digest: str = ""


MADE = Stock()
"""No scans but made ones."""


class Views(Dataset[Sample]):
    """Views of made heads by number; each is a pure function of the training and its number."""

    def __init__(self, task: Task, training: Training, stock: Stock = MADE) -> None:
        self.task, self.training, self.stock = task, training, stock
        self.key = Key(training.seed) / "views"

    def __getitem__(self, number: int) -> Sample:
        """What is learnt from at view `number`, from 0."""
        key = self.key / number
        if self.stock.learnt and (key / "own").rng().random() < self.training.own:
            shown = self.stock.learnt[int((key / "head").rng().integers(len(self.stock.learnt)))]
        else:
            shown = self.head(1 + int((key / "head").rng().integers(self.training.count)))
        return self.task.sample(shown, key / "view", clothes=self.training.clothes)

    def judged(self) -> Iterator[tuple[str, Sample]]:
        """Views of all heads that are not learnt from, and what is put before the names of their scores."""
        key, training = self.key / "held out", self.training
        made = (self.head(training.count + 1 + n) for n in range(training.held_out))
        for n, one in enumerate(made):
            yield "", self.task.sample(one, key / n / "view", whole=True)
        for n, one in enumerate(self.stock.judged):
            yield "own-", self.task.sample(one, key / "own" / n / "view", whole=True)

    def head(self, number: int) -> Head:
        """The head with this number, from 1."""
        return head(self.training.heads, self.training.seed, number, self.stock.kept or kept_heads())


@dataclass
class _State:
    network: nn.Module
    mean: nn.Module
    optimiser: torch.optim.Optimizer
    done: int = 0
    seconds: float = 0.0

    def bytes(self) -> bytes:
        parts = {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
            "seconds": self.seconds,
        }
        stream = io.BytesIO()
        torch.save(parts, stream)
        return stream.getvalue()

    def load(self, path: Path, device: torch.device) -> None:
        try:
            parts: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
            for name in ("network", "mean", "optimiser"):
                getattr(self, name).load_state_dict(parts[name])
        except (RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError):
            raise damaged(path, "is damaged", "a checkpoint of this training") from None
        self.done, self.seconds = parts["done"], parts["seconds"]


def fit(
    task: Task,
    training: Training,
    out: Path,
    init: Path | None = None,
    device: torch.device | str = "cpu",
    hours: float | None = None,
    workers: int = 0,
    stock: Stock = MADE,
) -> Iterator[Step]:
    """Train a network, or go on with training one.

    Args:
        task: what it learns.
        training: how.
        out: folder; new, empty, or of the same training, which then goes on.
        init: weights to begin with.
        device: where the network learns.
        hours: end after so long; the rate falls by the clock where that is sooner than by steps, so that
            the training is whole but depends on the machine. None: by steps alone, and the same each time.
        workers: processes that make views; 0 makes them in this one.
        stock: scans of your own to learn from and to be judged by beside made heads.

    Yields:
        Every step. In the end `weights.safetensors` holds the running mean of the weights, and `curve.tsv`
        loss and scores.

    Raises:
        FolderError: the folder holds another training, or the disk refuses.
        FileError, SettingsError: the weights to begin with are missing or of another task, the checkpoint is
            damaged, or the device is not there.
    """
    device = _reached(device)
    _open(out, f"{task.name}\n{stock.digest}\n{training.json_text()}")
    views = Views(task, training, stock)
    there = (out / CHECKPOINT).exists()
    network = task.network() if there else _begun(views, init)
    state = _state(network.to(device), training)
    if there:
        state.load(out / CHECKPOINT, device)
        _shorten(out / CURVE, state.done)
    wanted = range(state.done * training.batch, training.steps * training.batch)
    loader = DataLoader(views, training.batch, sampler=wanted, num_workers=workers)
    began = time.monotonic() - state.seconds
    for sample in loader:
        progress = _progress(training, state, hours)
        if progress >= 1:
            break
        loss = _learn(task, training, state, Sample(*sample), progress)
        state.seconds = time.monotonic() - began
        due = state.done % training.judged_every == 0
        scores = (_judge(views, state.mean) or None) if due else None
        _note(out / CURVE, state.done, state.seconds, loss, scores)
        if state.done % training.saved_every == 0:
            write_atomically(out / CHECKPOINT, state.bytes())
        yield Step(state.done, training.steps, loss, state.seconds, scores)
    _finish(views, state, out)


def _progress(training: Training, state: _State, hours: float | None) -> float:
    """How much of a training is over, 0 to 1, by steps or by the clock."""
    by_clock = 0.0 if hours is None else state.seconds / (3600 * hours)
    return max(state.done / training.steps, by_clock)


def _finish(views: Views, state: _State, out: Path) -> None:
    write_atomically(out / CHECKPOINT, state.bytes())
    device = next(state.mean.parameters()).device
    about = {"task": views.task.name, "training": views.training.json_text(), "steps": str(state.done)}
    about |= {"hours": f"{state.seconds / 3600:.2f}", "device": str(device), "own": views.stock.digest}
    write_weights(out / WEIGHTS, state.mean.state_dict(), about)


def _open(out: Path, text: str) -> None:
    record = out / RECORD
    if record.exists() and record.read_text(encoding="utf-8") != text:
        raise FolderError(f"{out} holds another training", "the same task and training", "choose another")
    if not record.exists():
        if out.exists() and any(out.iterdir()):
            raise FolderError(f"{out} is not empty", "a new or empty folder", "choose another")
        write_atomically(record, text.encode())


def _begun(views: Views, init: Path | None) -> nn.Module:
    """A network before its first step."""
    task, training = views.task, views.training
    network = task.network()
    _draw(network, Key(training.seed) / "weights")
    if init is not None:
        read_weights(init, network, task.name, training.part)
        return network
    task.begin(network, map(views.head, range(1, 1 + training.count)))
    return network


def _learning(network: nn.Module, training: Training) -> list[nn.Parameter]:
    """The weights that change; the others are told that they need no gradient.

    Raises:
        SettingsError: the network has no such part.
    """
    for name, weights in network.named_parameters():
        weights.requires_grad_(not training.part or name.startswith(f"{training.part}."))
    learning = [weights for weights in network.parameters() if weights.requires_grad]
    if not learning:
        parts = ", ".join(name for name, part in network.named_children() if list(part.parameters()))
        raise SettingsError(f"part '{training.part}'", f"one of {parts}", "choose one, or leave it out")
    return learning


def _state(network: nn.Module, training: Training) -> _State:
    weights = _learning(network, training)
    optimiser = torch.optim.AdamW(weights, lr=training.rate, weight_decay=training.weight_decay)
    return _State(network, copy.deepcopy(network), optimiser)


def _draw(network: nn.Module, key: Key) -> None:
    """First weights: uniform, of a spread that keeps signals their size (He 2015, arXiv 1502.01852)."""
    for name, weights in network.named_parameters():
        if weights.dim() > 1:
            nn.init.kaiming_uniform_(weights, a=math.sqrt(5), generator=(key / name).generator())
        elif name.endswith("bias"):
            nn.init.zeros_(weights)


def _learn(task: Task, training: Training, state: _State, sample: Sample, progress: float) -> float:
    """One step; `progress` is how much of the training is over, 0 to 1."""
    device = next(state.network.parameters()).device
    wanted = {name: value.to(device) for name, value in sample.wanted.items()}
    rate = training.rate * min(1.0, (state.done + 1) / _WARM) * (1 + math.cos(math.pi * progress)) / 2
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    state.network.train()
    with _precision(training, device):
        said = state.network(sample.given.to(device))
    loss = task.loss(said, wanted)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimiser.step()
    state.done += 1
    memory = min(training.memory, state.done / (state.done + 10))
    with torch.no_grad():
        for mean, now in zip(state.mean.parameters(), state.network.parameters(), strict=True):
            mean.lerp_(now, 1 - memory)
    return float(loss.detach())


def _judge(views: Views, network: nn.Module) -> dict[str, float]:
    """Mean scores on the heads held out."""
    task, training, device = views.task, views.training, next(network.parameters()).device
    network.eval()
    found: dict[str, list[float]] = {}
    for whose, sample in views.judged():
        with torch.no_grad(), _precision(training, device):
            said = task.answer(network, sample.given[None].to(device)).float()
        wanted = {name: value[None].to(device) for name, value in sample.wanted.items()}
        for name, value in task.score(said, wanted).items():
            found.setdefault(whose + name, []).append(value)
    return {name: sum(values) / len(values) for name, values in found.items()}


def _precision(training: Training, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=training.precision == "bfloat16")


def _reached(device: torch.device | str) -> torch.device:
    """A device that is there."""
    try:
        return torch.zeros(1, device=device).device
    except (RuntimeError, AssertionError, NotImplementedError):
        raise SettingsError(
            f"device '{device}'", "one that is here", "give cpu, or install a PyTorch for it"
        ) from None


def _shorten(curve: Path, done: int) -> None:
    """Take from a curve what was noted after the last checkpoint: those steps are done again."""
    if curve.exists():
        lines = curve.read_text(encoding="utf-8").splitlines(keepends=True)
        write_atomically(curve, "".join(lines[: 1 + done]).encode())


def _note(curve: Path, done: int, seconds: float, loss: float, scores: dict[str, float] | None) -> None:
    told = " ".join(f"{name}={value:.4f}" for name, value in (scores or {}).items())
    with disk_faults(curve.parent), curve.open("a", encoding="utf-8") as lines:
        if lines.tell() == 0:
            lines.write("step\tseconds\tloss\tscores\n")
        lines.write(f"{done}\t{seconds:.1f}\t{loss:.5f}\t{told or 'n/a'}\n")
