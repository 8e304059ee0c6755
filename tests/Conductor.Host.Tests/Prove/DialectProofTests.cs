using Conductor.Host.Prove;

namespace Conductor.Host.Tests.Prove;

/// <summary>What `conductor prove dialects` proves, in short, and that it would not pass whatever came.</summary>
public sealed class DialectProofTests
{
    [Fact]
    public async Task EveryPair_LosesNothingUntold()
    {
        var proof = new DialectProof(seed: 1_000, rounds: 3);

        var matrix = await proof.RunAsync(CancellationToken.None);

        Assert.Empty(proof.Failures);
        Assert.Equal(0, matrix.Count(Outcome.Fail));
    }

    [Fact]
    public async Task OneDialectAlone_LosesNothingAtAll()
    {
        var matrix = await new DialectProof(seed: 1, rounds: 2).RunAsync(CancellationToken.None);

        foreach (var dialect in matrix.Dialects)
        {
            Assert.All(RequestFeatures.All, feature => Assert.Contains(matrix["request", feature.Name, dialect, dialect], new[] { Outcome.Pass, Outcome.NotOffered }));
            Assert.All(AnswerFeatures.All, feature => Assert.Contains(matrix["answer", feature.Name, dialect, dialect], new[] { Outcome.Pass, Outcome.NotOffered }));
        }
    }

    [Fact]
    public async Task WhatEveryDialectCanSay_IsOfferedByAll()
    {
        var matrix = await new DialectProof(seed: 1, rounds: 1).RunAsync(CancellationToken.None);

        string[] common = ["turns", "system", "image as bytes", "tools", "tool calls at once", "tool results", "temperature", "max_tokens", "JSON by schema"];
        Assert.All(
            from feature in common from caller in matrix.Dialects from target in matrix.Dialects select matrix["request", feature, caller, target],
            outcome => Assert.Equal(Outcome.Pass, outcome));
    }
}
