using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Conductor.Calls;

namespace Conductor.Host.Http;

/// <summary>
/// Puts what a call cost into the usage event of a stream of chat completions, as `usage.cost`. The attempt is booked after the upstream's last event and before the end
/// mark, so that event waits for the next one.
/// </summary>
internal static class StreamCost
{
    /// <summary>The same events, the usage with its cost. Each item is valid until the next.</summary>
    /// <param name="call">The call; its attempts have their costs once its stream has come to its end mark.</param>
    /// <param name="events">Complete server-sent events of the chat dialect.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> AddAsync(
        ModelCall call, IAsyncEnumerable<ReadOnlyMemory<byte>> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[]? held = null;
        await foreach (var item in events.WithCancellation(cancellationToken))
        {
            if (held is not null)
            {
                yield return WithCost(held, call);
                held = null;
            }

            if (PlaceOf(item.Span) is null)
            {
                yield return item;
            }
            else if (item.Span.IndexOf("data: [DONE]"u8) >= 0)
            {
                yield return WithCost(item.ToArray(), call); // usage and end mark in one: the attempt is booked
            }
            else
            {
                held = item.ToArray();
            }
        }

        if (held is not null)
        {
            yield return WithCost(held, call);
        }
    }

    internal static byte[] WithCost(byte[] events, ModelCall call)
    {
        var cost = CallCost.Of(call);
        if (cost.Amount is not { } amount || call.Attempts.Any(attempt => attempt.Status == AttemptStatus.Running) || PlaceOf(events) is not { } place)
        {
            return events;
        }

        var isAlone = events.AsSpan(place).TrimStart(" \t"u8) is [(byte)'}', ..];
        var member = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"cost\":{amount}{(isAlone ? "" : ",")}"));
        var output = new byte[events.Length + member.Length];
        events.AsSpan(0, place).CopyTo(output);
        member.CopyTo(output.AsSpan(place));
        events.AsSpan(place).CopyTo(output.AsSpan(place + member.Length));
        return output;
    }

    // Just behind the brace of the usage object at the top of an event; null where no event has one.
    private static int? PlaceOf(ReadOnlySpan<byte> events)
    {
        if (events.IndexOf("\"usage\""u8) < 0)
        {
            return null;
        }

        foreach (var range in events.Split((byte)'\n'))
        {
            var line = events[range];
            if (line.StartsWith("data:"u8) && InLine(line[5..]) is { } place)
            {
                return range.Start.GetOffset(events.Length) + 5 + place;
            }
        }

        return null;
    }

    private static int? InLine(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    var isUsage = reader.ValueTextEquals("usage"u8);
                    reader.Read();
                    if (isUsage && reader.TokenType == JsonTokenType.StartObject)
                    {
                        return (int)reader.BytesConsumed;
                    }

                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // `[DONE]`, or an event that is not for us to judge.
        }

        return null;
    }
}
