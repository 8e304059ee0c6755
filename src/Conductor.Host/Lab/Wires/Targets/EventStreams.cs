using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>What the look at an event that passes by as bytes has seen.</summary>
internal readonly record struct SeenEvent(bool HasContent, bool IsFinished, bool IsWrong);

/// <summary>Reads one event's data, as the readers of all dialects do.</summary>
internal delegate void EventRead(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates);

/// <summary>Looks at one event's data, as the scans of all dialects do.</summary>
internal delegate SeenEvent EventScan(ReadOnlySpan<byte> data);

/// <summary>What the streams of all dialects have in common.</summary>
internal static class EventStreams
{
    public static Func<ReadOnlyMemory<byte>, Task> Sync(Action<ReadOnlyMemory<byte>> run) => bytes =>
    {
        run(bytes);
        return Task.CompletedTask;
    };

    public static async Task RunAsync(ReadOnlyMemory<byte> bytes, EventRead read, Func<ChatResponseUpdate?> complete, EventScan scan) =>
        await RunAsync(await Framing.EventsAsync(bytes), read, complete, scan);

    public static async Task RunAsync(List<byte[]> events, EventRead read, Func<ChatResponseUpdate?> complete, EventScan scan)
    {
        var updates = new List<ChatResponseUpdate>();
        var isBroken = false;
        foreach (var data in events)
        {
            var before = updates.Count;
            var seen = scan(data);
            isBroken = isBroken || !Probe.Answer(
                () =>
                {
                    read(data, updates);
                    return true;
                },
                out _);
            if (isBroken)
            {
                continue; // the scan has to bear the rest
            }

            var hasText = updates.Skip(before).SelectMany(update => update.Contents).Any(content => content is TextContent { Text.Length: > 0 });
            Probe.Require(!hasText || seen.HasContent, "a text that the reader finds and the scan does not");
            Probe.Require(!seen.IsWrong || updates.Count == before, "an update of an event that the scan calls wrong");
        }

        if (complete() is { } last)
        {
            updates.Add(last);
        }

        await Probe.OnwardAsync(updates);
    }
}
