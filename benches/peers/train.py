"""Examples per second of PyTorch in training: the official drums and trio networks.

Reads a line `name batch steps` and prints `examples_per_second, peak MB (what torch alone takes)`:
forward, backward, clipped gradient, Adam, the best of the steps. Layers are torch.nn.LSTM over whole sequences, its fastest form;
$THREADS threads.
"""

import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

CORES = {"cat-drums_2bar_small": [512], "hier-trio_4bar": [90, 90, 512]}
Z, ENCODER, DECODER, CONDUCTOR = 256, 512, 256, 256


class Network(nn.Module):
    """MusicVAE: flat over 32 steps for drums, over 4 segments of 16 for the trio."""

    def __init__(self, cores: list[int]):
        super().__init__()
        self.cores = cores
        self.is_flat = len(cores) == 1
        self.n_segments, self.n_steps = (1, 32) if self.is_flat else (4, 16)
        self.n_inputs = 10 if self.is_flat else sum(cores)
        self.encoder = nn.LSTM(self.n_inputs, ENCODER, bidirectional=True)
        self.mu, self.sigma = nn.Linear(2 * ENCODER, Z), nn.Linear(2 * ENCODER, Z)
        if not self.is_flat:
            self.over_segments = nn.LSTM(2 * ENCODER, ENCODER, bidirectional=True)
            self.conductor_states = nn.Linear(Z, 4 * CONDUCTOR)
            self.conductor = nn.LSTM(1, CONDUCTOR, 2)
        context = Z if self.is_flat else CONDUCTOR
        self.states = nn.ModuleList(nn.Linear(context, 4 * DECODER) for _ in cores)
        self.decoders = nn.ModuleList(nn.LSTM(n + context, DECODER, 2) for n in cores)
        self.projections = nn.ModuleList(nn.Linear(DECODER, n) for n in cores)

    def ends(self, layer: nn.LSTM, x: torch.Tensor) -> torch.Tensor:
        _, (h, _) = layer(x)
        return torch.cat([h[0], h[1]], 1)

    def first_states(self, values: torch.Tensor):
        c0, h0, c1, h1 = torch.tanh(values).chunk(4, 1)
        return torch.stack([h0, h1]), torch.stack([c0, c1])

    def forward(self, tokens: list[torch.Tensor]) -> torch.Tensor:
        """`tokens`: of each part (steps, segments * batch)."""
        rows = tokens[0].shape[1]
        batch = rows // self.n_segments
        if self.is_flat:
            bits = (tokens[0].unsqueeze(-1) >> torch.arange(9)) & 1
            heard = torch.cat([bits, (tokens[0] == 0).unsqueeze(-1)], -1).float()
        else:
            heard = torch.cat([F.one_hot(t, n) for t, n in zip(tokens, self.cores)], -1).float()
        e = self.ends(self.encoder, heard)
        if not self.is_flat:
            e = self.ends(self.over_segments, e.view(self.n_segments, batch, -1))
        mu, sigma = self.mu(e), F.softplus(self.sigma(e))
        context = mu + sigma * torch.randn_like(sigma)
        if not self.is_flat:
            states = self.first_states(self.conductor_states(context))
            silence = torch.zeros(self.n_segments, batch, 1)
            context = self.conductor(silence, states)[0].reshape(rows, -1)
        loss = torch.zeros(())
        parts = zip(tokens, self.cores, self.states, self.decoders, self.projections)
        for token, n, first, decoder, projection in parts:
            before = F.one_hot(token[:-1], n).float()
            before = torch.cat([torch.zeros(1, rows, n), before])
            x = torch.cat([before, context.expand(self.n_steps, -1, -1)], 2)
            logits = projection(decoder(x, self.first_states(first(context)))[0])
            loss = loss + F.cross_entropy(logits.flatten(0, 1), token.flatten(), reduction="sum")
        kl = 0.5 * (mu**2 + sigma**2 - 2 * sigma.log() - 1).sum(1)
        return (loss + 0.2 * F.relu(kl - 33.3).sum()) / batch


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    bare = peak()
    torch.set_num_threads(int(os.environ.get("THREADS", "1")))
    torch.manual_seed(1)
    name, batch, steps = sys.stdin.readline().split()
    network = Network(CORES[name])
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    best = float("inf")
    for _ in range(int(steps)):
        shape = (network.n_steps, network.n_segments * int(batch))
        tokens = [torch.randint(0, n, shape) for n in network.cores]
        start = time.perf_counter()
        adam.zero_grad()
        network(tokens).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        adam.step()
        best = min(best, time.perf_counter() - start)
    print(f"{int(batch) / best:.1f}, {peak()} MB ({bare})")


if __name__ == "__main__":
    main()
