using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>What scripted providers say.</summary>
internal static class Replies
{
    public static ChatResponse Text(string text, long? input = 3, long? output = 5) => new(new ChatMessage(ChatRole.Assistant, text))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = input is null && output is null ? null : new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output },
    };

    public static GeneratedEmbeddings<Embedding<float>> Vectors(int count) =>
        new(Enumerable.Range(0, count).Select(i => new Embedding<float>(new float[] { i, i + 1 })))
        {
            Usage = new UsageDetails { InputTokenCount = 7, TotalTokenCount = 7 },
        };

    public static ChatResponseUpdate Role() => new(ChatRole.Assistant, (string?)null);

    public static ChatResponseUpdate Piece(string text) => new(ChatRole.Assistant, text);

    public static ChatResponseUpdate Finish() => new(ChatRole.Assistant, (string?)null) { FinishReason = ChatFinishReason.Stop };

    public static ChatResponseUpdate Usage(long input, long output) =>
        new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })]);

    /// <summary>These updates; an item may also be an exception to throw, or a function to await.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> Script([EnumeratorCancellation] CancellationToken cancellationToken, params object[] steps)
    {
        foreach (var step in steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (step)
            {
                case Exception failure:
                    await Task.Yield();
                    throw failure;
                case Func<CancellationToken, Task> wait:
                    await wait(cancellationToken);
                    break;
                default:
                    await Task.Yield();
                    yield return (ChatResponseUpdate)step;
                    break;
            }
        }
    }

    public static IAsyncEnumerable<ChatResponseUpdate> Stream(CancellationToken cancellationToken, params ChatResponseUpdate[] updates) =>
        Script(cancellationToken, [.. updates]);

    public static IAsyncEnumerable<ChatResponseUpdate> Broken(Exception failure) => Script(CancellationToken.None, failure);

    /// <summary>Never comes, unless it is cancelled.</summary>
    public static async Task<T> Never<T>(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("unreachable");
    }

    public static Func<CancellationToken, Task> Silence { get; } = token => Task.Delay(Timeout.Infinite, token);
}
