using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>A call's arguments: JSON in a string on the wire, a dictionary in the types.</summary>
internal static class CallArguments
{
    public static FunctionCallContent ToContent(string callId, string name, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return new FunctionCallContent(callId, name, new Dictionary<string, object?>());
        }

        Exception? notJson = null;
        try
        {
            var parsed = LooseText.Whole(JsonElement.Parse(arguments));
            if (parsed.ValueKind == JsonValueKind.Object)
            {
                var members = new Dictionary<string, object?>();
                foreach (var member in parsed.EnumerateObject())
                {
                    members[member.Name] = member.Value;
                }

                return new FunctionCallContent(callId, name, members);
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            notJson = failure; // a model may write anything here; the text goes on as it is
        }

        return new FunctionCallContent(callId, name) { Exception = notJson, AdditionalProperties = new() { [ChatKeys.RawArguments] = arguments } };
    }

    /// <summary>The arguments as JSON text; `{}` where there are none.</summary>
    public static string ToText(FunctionCallContent call)
    {
        if (call.Arguments is null && call.AdditionalProperties?.TryGetValue(ChatKeys.RawArguments, out string? raw) == true && raw is not null)
        {
            return raw;
        }

        return call.Arguments is { Count: > 0 } arguments ? ToText(arguments, call.Name) : "{}";
    }

    /// <summary>Any value as JSON text.</summary>
    public static string ToText(object? value, string path)
    {
        var output = new ArrayBufferWriter<byte>();
        WireJson.Write(output, writer => LooseValue.Write(writer, value, path));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
