using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>A message's content: a string or blocks.</summary>
internal static class BlockReader
{
    /// <summary>Reads it; an empty string is no content at all.</summary>
    public static List<AIContent> ReadContent(RequestElement content)
    {
        if (content.Value.ValueKind == JsonValueKind.String)
        {
            return content.String() is { Length: > 0 } text ? [new TextContent(text)] : [];
        }

        if (content.Value.ValueKind == JsonValueKind.Undefined)
        {
            throw content.Missing();
        }

        return content.Value.ValueKind == JsonValueKind.Array ? ReadBlocks(content) : throw content.WrongType("a string or an array of blocks");
    }

    private static List<AIContent> ReadBlocks(RequestElement blocks)
    {
        var contents = new List<AIContent>();
        string? thought = null;
        foreach (var block in blocks.Items())
        {
            if (block.RequireObject()["type"].String() == "redacted_thinking" && SignatureText.TryReadThought(block["data"].String(), out var signature))
            {
                thought = signature;
                continue;
            }

            var content = Read(block);
            if (thought is not null && content is TextContent or FunctionCallContent)
            {
                (content.AdditionalProperties ??= [])[ChatKeys.ThoughtSignature] = thought!;
                thought = null;
            }

            contents.Add(content);
        }

        return contents;
    }

    private static AIContent Read(RequestElement block)
    {
        var type = block["type"].String();
        return type switch
        {
            "text" => Finish(block, new TextContent(block["text"].String()), "text"),
            "image" => SourceReader.Read(block, type) is { } image ? Finish(block, image, "source") : Raw(block),
            "document" => SourceReader.Read(block, type) is { } document ? FinishDocument(block, document) : Raw(block),
            "thinking" => Finish(block, SignatureText.Thinking(block["thinking"].String(), block["signature"].OptionalString()), "thinking", "signature"),
            "redacted_thinking" => Finish(block, SignatureText.Withheld(block["data"].NonEmptyString()), "data"),
            "tool_use" => Finish(block, ReadToolUse(block), "id", "name", "input"),
            "tool_result" => ReadToolResult(block),
            _ => Raw(block), // server tools, search results, whatever comes next: not understood, not lost
        };
    }

    private static AIContent Raw(RequestElement block) => new() { AdditionalProperties = new() { [AnthropicKeys.Block] = block.Value } };

    private static AIContent FinishDocument(RequestElement block, AIContent document)
    {
        if (document is DataContent data)
        {
            data.Name = block["title"].OptionalString();
            return Finish(block, document, "source", "title");
        }

        return Finish(block, document, "source");
    }

    private static FunctionCallContent ReadToolUse(RequestElement block)
    {
        var input = block["input"];
        var arguments = new Dictionary<string, object?>();
        if (!input.IsNull)
        {
            foreach (var member in input.RequireObject().Value.EnumerateObject())
            {
                arguments[member.Name] = member.Value;
            }
        }

        return new FunctionCallContent(block["id"].NonEmptyString(), block["name"].NonEmptyString(), arguments);
    }

    private static AIContent ReadToolResult(RequestElement block)
    {
        var content = block["content"];
        object? result = content.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => "",
            JsonValueKind.String => content.String(),
            _ => ReadResultBlocks(content),
        };
        var read = new FunctionResultContent(block["tool_use_id"].NonEmptyString(), result);
        if (block["is_error"].OptionalBoolean() is { } failed)
        {
            (read.AdditionalProperties ??= [])[ChatKeys.ToolFailed] = failed;
        }

        return Finish(block, read, "tool_use_id", "content", "is_error");
    }

    /// <summary>One plain text is its text; everything else stays a list of contents.</summary>
    private static object ReadResultBlocks(RequestElement content)
    {
        var blocks = ReadContent(content);
        return blocks switch
        {
            [] => "",
            [TextContent { AdditionalProperties: null } text] => text.Text,
            _ => blocks,
        };
    }

    private static AIContent Finish(RequestElement block, AIContent content, params ReadOnlySpan<string> read)
    {
        foreach (var member in block.Value.EnumerateObject())
        {
            if (member.Name != "type" && !read.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
            {
                AnthropicKeys.Keep(content, member.Name, member.Value);
            }
        }

        return content;
    }
}
