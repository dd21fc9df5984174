"""Bars per second of PyTorch: the same decoders with random weights.

Reads lines `name n_latent n_hidden n_layers n_segments n_steps n_conductor n_conductor_layers TOKENS`
(TOKENS: `512` or `90,90,512`, a decoder each, or `90+90+512` for one decoder) and prints lines
`torch name batch bars_per_second`. Weights are folded as ours are: one-hot rows are looked up, what
the context gives is worked out once a segment. One thread, compiled by TorchScript.
"""

import sys
import time

import torch

BATCHES = [1, 8, 32]
STEPS_PER_BAR = 16


def weights(*shape: int) -> torch.Tensor:
    return torch.empty(*shape).uniform_(-0.08, 0.08)


class Stack(torch.nn.Module):
    """LSTM layers of which the first hears looked-up rows and a constant context."""

    def __init__(self, n_context: int, n_heard: int, n_hidden: int, n_layers: int):
        super().__init__()
        self.n_hidden, self.n_layers = n_hidden, n_layers
        self.first_states = weights(2 * n_layers * n_hidden, n_context)
        self.context = weights(4 * n_hidden, n_context)
        self.table = weights(n_heard, 4 * n_hidden)
        self.hidden = weights(4 * n_hidden, n_hidden)
        self.bias = weights(4 * n_hidden)
        upper = [weights(4 * n_hidden, 2 * n_hidden) for _ in range(n_layers - 1)]
        self.upper = torch.nn.ParameterList(upper)

    @torch.jit.export
    def begin(self, context: torch.Tensor):
        states = torch.tanh(torch.nn.functional.linear(context, self.first_states))
        share = torch.nn.functional.linear(context, self.context, self.bias)
        return list(states.chunk(2 * self.n_layers, 1)), share

    def cell(self, gates: torch.Tensor, c: torch.Tensor):
        i, j, f, o = gates.chunk(4, 1)
        c = torch.sigmoid(f + 1.0) * c + torch.sigmoid(i) * torch.tanh(j)
        return c, torch.sigmoid(o) * torch.tanh(c)

    def forward(self, gates: torch.Tensor, states: list[torch.Tensor]):
        gates = torch.addmm(gates, states[1], self.hidden.t())
        states[0], states[1] = self.cell(gates, states[0])
        for layer, kernel in enumerate(self.upper):
            c, h = 2 * layer + 2, 2 * layer + 3
            heard = torch.cat([states[h - 2], states[h]], 1)
            gates = torch.nn.functional.linear(heard, kernel, self.bias)
            states[c], states[h] = self.cell(gates, states[c])
        return states[-1]



class Decoder(torch.nn.Module):
    def __init__(self, n_context: int, tokens: list[int], n_hidden: int, n_layers: int):
        super().__init__()
        self.stack = Stack(n_context, sum(tokens), n_hidden, n_layers)
        self.projection = weights(sum(tokens), n_hidden)
        self.tokens = tokens

    def forward(self, context: torch.Tensor, n_steps: int):
        states, share = self.stack.begin(context)
        gates = share
        said: list[torch.Tensor] = []
        for _ in range(n_steps):
            logits = torch.nn.functional.linear(self.stack(gates, states), self.projection)
            gates = share
            first = 0
            for n in self.tokens:
                token = logits[:, first : first + n].argmax(1)
                said.append(token)
                gates = gates + self.stack.table[token + first]
                first += n
        return said


def network(n_latent, n_hidden, n_layers, n_segments, n_steps, n_conductor, n_conductor_layers, cores):
    conducted = n_conductor_layers > 0
    conductor = torch.jit.script(Stack(n_latent, 1, n_conductor, n_conductor_layers)) if conducted else None
    n_context = n_conductor if conducted else n_latent
    decoders = [torch.jit.script(Decoder(n_context, core, n_hidden, n_layers)) for core in cores]

    def decode(z):
        contexts = [z]
        if conductor is not None:
            states, _ = conductor.begin(z)
            gates = conductor.bias.expand(len(z), -1)
            contexts = [conductor(gates, states) for _ in range(n_segments)]
        for context in contexts:
            for decoder in decoders:
                decoder(context, n_steps)

    return decode


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    for line in sys.stdin:
        name, *sizes, cores = line.split()
        sizes = [int(size) for size in sizes]
        cores = [[int(n) for n in core.split("+")] for core in cores.split(",")]
        decode = network(*sizes, cores)
        n_bars = sizes[3] * sizes[4] / STEPS_PER_BAR
        for batch in BATCHES:
            z = torch.randn(batch, sizes[0])
            best = float("inf")
            began = time.perf_counter()
            n_runs = 0
            while n_runs < 3 or time.perf_counter() - began < 1.0:
                start = time.perf_counter()
                decode(z)
                best = min(best, time.perf_counter() - start)
                n_runs += 1
            print("torch", name, batch, batch * n_bars / best, flush=True)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
