"""Programs scientists write: filters, hidden chains, likelihoods, prices, random numbers with seeds."""

import math

import numpy as np

from ..registry import arr, pos, program, spd


@program((arr(5), 0.9, pos(1), pos(1)), wrt=(0, 1, 2, 3))
def kalman_filter_of_one_number(observations, a, q, r):
    mean, var, loglik = 0.0, 1.0, 0.0
    for y in observations:
        mean, var = a * mean, a * a * var + q[0]
        s = var + r[0]
        gain = var / s
        innovation = y - mean
        loglik += -0.5 * (np.log(2 * np.pi * s) + innovation**2 / s)
        mean += gain * innovation
        var *= 1.0 - gain
    return loglik


@program((arr(4, 2), arr(2, 2), spd(2), spd(2)), wrt=(0, 1, 2, 3))
def kalman_filter(ys, a, q, r):
    m, p = np.zeros(2), np.eye(2)
    total = 0.0
    for y in ys:
        m = 0.5 * a @ m
        p = 0.25 * a @ p @ a.T + q
        s = p + r
        k = p @ np.linalg.inv(s)
        e = y - m
        total -= 0.5 * (np.linalg.slogdet(s)[1] + e @ np.linalg.solve(s, e))
        m = m + k @ e
        p = (np.eye(2) - k) @ p
    return total


def logsumexp(v, axis=None):
    top = np.max(v, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(v - top), axis=axis))


@program((arr(3), arr(3, 3), arr(5, 3)))
def hidden_markov_forward(start, transition, emission):
    alpha = start + emission[0]
    for t in range(1, len(emission)):
        alpha = logsumexp(alpha[:, None] + transition, axis=0) + emission[t]
    return logsumexp(alpha)


@program((arr(3), arr(3, 3), arr(4, 3), 0.7))
def viterbi_soft(start, transition, emission, temperature):
    score = start + emission[0]
    for e in emission[1:]:
        best = np.empty(3)
        for j in range(3):
            candidates = (score + transition[:, j]) / temperature
            best[j] = temperature * logsumexp(candidates)
        score = best + e
    return np.max(score)


@program((arr(3), arr(3, 3), arr(4, 3)))
def viterbi_with_backpointers(start, transition, emission):
    score, back = start + emission[0], []
    for e in emission[1:]:
        all_scores = score[:, None] + transition
        back.append(np.argmax(all_scores, axis=0))
        score = np.max(all_scores, axis=0) + e
    state = int(np.argmax(score))
    path = [state]
    for pointers in reversed(back):
        state = int(pointers[state])
        path.append(state)
    return score[path[0]] * len(path)


@program((pos(1), pos(1), pos(1)))
def black_scholes(spot, strike, vol):
    def cdf(z):
        return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))

    s, k, v = spot[0] + 1.0, strike[0] + 1.0, vol[0] / 2
    d1 = (math.log(s / k) + 0.02 + 0.5 * v**2) / v
    d2 = d1 - v
    return s * cdf(d1) - k * math.exp(-0.02) * cdf(d2)


@program((1.1, 1.0, 0.3, 6), wrt=(0, 1, 2))
def american_put_on_a_tree(spot, strike, vol, n):
    dt = 1.0 / n
    up = np.exp(vol * np.sqrt(dt))
    down = 1.0 / up
    p = (np.exp(0.05 * dt) - down) / (up - down)
    disc = np.exp(-0.05 * dt)
    prices = spot * down ** np.arange(n, -1, -1) * up ** np.arange(0, n + 1)
    values = np.maximum(strike - prices, 0.0)
    for _ in range(n):
        values = disc * (p * values[1:] + (1 - p) * values[:-1])
        prices = prices[1:] * down
        values = np.maximum(values, strike - prices)
    return values[0]


@program((1.0, 0.2, 0.05), wrt=(0, 1, 2))
def monte_carlo_with_a_seed(spot, vol, rate):
    rng = np.random.default_rng(42)
    total = 0.0
    for _ in range(20):
        s = spot
        for _ in range(3):
            z = rng.standard_normal()
            s = s * np.exp((rate - 0.5 * vol**2) / 3 + vol * np.sqrt(1 / 3) * z)
        total += max(s - 1.0, 0.0)
    return np.exp(-rate) * total / 20


@program((arr(4), pos(4)))
def reparametrised_sample(mean, scale):
    noise = np.random.default_rng(0).normal(size=(5, 4))
    samples = mean + scale * noise
    return np.mean(np.sum(samples**2, axis=1)) - np.sum(np.log(scale))


@program((arr(6), pos(2)), wrt=(0, 1))
def gaussian_process_likelihood(y, hyper):
    n = len(y)
    x = np.linspace(0, 1, n)
    length, noise = hyper
    k = np.exp(-0.5 * (x[:, None] - x[None, :]) ** 2 / length**2) + (noise + 0.1) * np.eye(n)
    chol = np.linalg.cholesky(k)
    alpha = np.linalg.solve(chol.T, np.linalg.solve(chol, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(chol))) + 0.5 * n * np.log(2 * np.pi)


@program((spd(4),))
def cholesky_by_hand(a):
    n = a.shape[0]
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - low[i, :j] @ low[j, :j]
            if i == j:
                low[i, j] = np.sqrt(s)
            else:
                low[i, j] = s / low[j, j]
    return np.sum(np.log(np.diag(low))) + np.sum(low)


@program((arr(8), arr(2), pos(2), pos(2)))
def mixture_by_expectation_maximisation(data, means, sigmas, weights):
    weights = weights / np.sum(weights)
    for _ in range(2):
        dens = weights * np.exp(-0.5 * ((data[:, None] - means) / sigmas) ** 2) / sigmas
        resp = dens / dens.sum(axis=1, keepdims=True)
        count = resp.sum(axis=0)
        means = (resp * data[:, None]).sum(axis=0) / count
        sigmas = np.sqrt((resp * (data[:, None] - means) ** 2).sum(axis=0) / count + 0.01)
        weights = count / len(data)
    return np.sum(means * weights) + np.sum(sigmas)


@program((arr(5), 0.3, 0.4, 0.2), wrt=(0, 1, 2, 3))
def garch(returns, omega, alpha, beta):
    variances = [np.var(returns)]
    for r in returns[:-1]:
        variances.append(omega + alpha * r**2 + beta * variances[-1])
    return -0.5 * sum(np.log(v) + r**2 / v for r, v in zip(returns, variances))


@program((arr(6), 0.5), wrt=(0, 1))
def exponential_smoothing(x, alpha):
    level, errors = x[0], []
    for value in x[1:]:
        errors.append((value - level) ** 2)
        level = alpha * value + (1 - alpha) * level
    return np.mean(errors) + level


@program((arr(5), arr(4)))
def particle_filter_without_resampling(ys, particles):
    rng = np.random.default_rng(3)
    logw = np.zeros(4)
    for y in ys:
        particles = 0.9 * particles + 0.1 * rng.normal(size=4)
        logw += -0.5 * (y - particles) ** 2
    w = np.exp(logw - logw.max())
    w /= w.sum()
    return np.sum(w * particles)


@program((pos(4), pos(4)))
def divergences(p, q):
    p, q = p / p.sum(), q / q.sum()
    m = 0.5 * (p + q)

    def kl(a, b):
        return np.sum(a * np.log(a / b))

    return 0.5 * kl(p, m) + 0.5 * kl(q, m) + np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2))


@program((arr(3), arr(6, 3), np.array([0, 2, 1, 3, 0, 1])), wrt=(0,))
def poisson_regression(w, x, counts):
    eta = x @ w
    fact = np.array([math.lgamma(c + 1) for c in counts])
    return -np.sum(counts * eta - np.exp(eta) - fact)


@program((arr(4), np.array([True, False, True, True]), pos(4)), wrt=(0, 2))
def censored_survival(rates, observed, times):
    lam = np.exp(rates)
    loglik = 0.0
    for rate, seen, t in zip(lam, observed, times):
        loglik += -rate * t
        if seen:
            loglik += np.log(rate)
    return loglik
