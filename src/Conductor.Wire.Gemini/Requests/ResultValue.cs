using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes what a function said as `response`, which has to be an object: text goes under `output`, a failure's under `error`.</summary>
internal static class ResultValue
{
    /// <summary>Writes it.</summary>
    /// <returns>Files among the result, which stand beside the response.</returns>
    public static IReadOnlyList<DataContent> Write(Utf8JsonWriter writer, FunctionResultContent result, string path)
    {
        writer.WritePropertyName("response"u8);
        var isFailure = result.AdditionalProperties?.TryGetValue(ChatKeys.ToolFailed, out var failed) == true && failed is true;
        var name = isFailure ? "error" : "output";
        switch (result.Result)
        {
            case JsonElement { ValueKind: JsonValueKind.Object } element when !isFailure:
                element.WriteTo(writer);
                return [];
            case IEnumerable<KeyValuePair<string, object?>> members when !isFailure:
                LooseValue.Write(writer, members, path);
                return [];
            case AIContent content:
                return WriteContents(writer, name, [content], path);
            case IEnumerable<AIContent> contents:
                return WriteContents(writer, name, [.. contents], path);
        }

        writer.WriteStartObject();
        writer.WritePropertyName(name);
        LooseValue.Write(writer, result.Result ?? "", path);
        writer.WriteEndObject();
        return [];
    }

    private static List<DataContent> WriteContents(Utf8JsonWriter writer, string name, IReadOnlyList<AIContent> contents, string path)
    {
        var files = contents.OfType<DataContent>().ToList();
        var texts = contents.OfType<TextContent>().ToList();
        if (files.Count + texts.Count < contents.Count)
        {
            throw new WireRequestException(path, $"'{path}' holds what a function's result cannot in Gemini's dialect: text and files by their bytes only.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject();
        writer.WriteString(name, string.Concat(texts.Select(text => text.Text)));
        writer.WriteEndObject();
        return files;
    }
}
