using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>A tool's arguments are JSON in a string on the wire and a dictionary in the types.</summary>
internal static class ToolArguments
{
    public static FunctionCallContent ToContent(string id, string name, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return new FunctionCallContent(id, name, new Dictionary<string, object?>());
        }

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

                return new FunctionCallContent(id, name, members);
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            // A model may write anything here; the text goes on as it is.
            return new FunctionCallContent(id, name) { Exception = failure, AdditionalProperties = new() { [ChatKeys.RawArguments] = arguments } };
        }

        return new FunctionCallContent(id, name) { AdditionalProperties = new() { [ChatKeys.RawArguments] = arguments } };
    }

    /// <summary>The arguments as JSON text; `{}` where there are none.</summary>
    public static string ToText(FunctionCallContent call)
    {
        if (call.Arguments is null && call.AdditionalProperties?.TryGetValue(ChatKeys.RawArguments, out string? raw) == true && raw is not null)
        {
            return raw;
        }

        if (call.Arguments is not { Count: > 0 } arguments)
        {
            return "{}";
        }

        return ToText(arguments, call.Name);
    }

    /// <summary>Any value as JSON text.</summary>
    public static string ToText(object? value, string path)
    {
        var output = new ArrayBufferWriter<byte>();
        WireJson.Write(output, writer => LooseValue.Write(writer, value, path));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
