using System.Collections.Concurrent;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>An upstream of one provider plugin: a server in its dialect with the same mind as all the others.</summary>
internal abstract class SdkUpstream : IAsyncDisposable
{
    /// <summary>The provider's name in the settings, and in the table.</summary>
    public abstract string Name { get; }

    /// <summary>The provider's section, without its price: `plugin: …, base_url: …`.</summary>
    public abstract string Settings { get; }

    /// <summary>A model for chat, as the provider lists it.</summary>
    public abstract string ChatModel { get; }

    /// <summary>A model for vectors; null where the provider has none.</summary>
    public abstract string? EmbeddingModel { get; }

    /// <summary>When it saw that a stream was left, by the stream's tag: milliseconds of Unix time.</summary>
    public ConcurrentDictionary<string, Task<double>> Left { get; } = new(StringComparer.Ordinal);

    public abstract ValueTask DisposeAsync();

    protected Answered Think(RecordedRequest request, Asked asked)
    {
        var answer = Mind.Answer(asked);
        if (answer is Answered.Stall stall)
        {
            Left[stall.Tag] = NoteAsync(request.Aborted);
        }

        return answer;

        static async Task<double> NoteAsync(Task aborted)
        {
            await aborted;
            return (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
        }
    }

    protected static bool IsAscii(string[] pieces) => pieces.All(piece => System.Text.Ascii.IsValid(piece));
}
