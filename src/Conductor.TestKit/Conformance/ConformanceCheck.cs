namespace Conductor.TestKit;

/// <summary>One check.</summary>
/// <param name="Name">For example `chat.usage`.</param>
/// <param name="RunAsync">Returns when all is well; throws <see cref="CheckFailedException"/> or <see cref="NotOfferedException"/> otherwise.</param>
internal sealed record ConformanceCheck<TBench>(string Name, Func<TBench, CancellationToken, Task> RunAsync);
