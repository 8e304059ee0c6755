using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Messages of a request. A tool's results are messages of their own in the types, where this dialect sets them into the user's.</summary>
internal static class MessageReader
{
    public static List<ChatMessage> ReadAll(RequestElement system, RequestElement messages)
    {
        var read = new List<ChatMessage>();
        if (!system.IsNull && ReadSystem(system, "system") is { Contents.Count: > 0 } prompt)
        {
            read.Add(prompt);
        }

        var count = messages.RequireArray().Value.GetArrayLength();
        if (count == 0)
        {
            throw messages.Invalid("must not be empty");
        }

        foreach (var message in messages.Items())
        {
            Read(message, isLast: --count == 0, read);
        }

        return read;
    }

    private static void Read(RequestElement message, bool isLast, List<ChatMessage> read)
    {
        var role = message.RequireObject()["role"];
        var before = read.Count;
        switch (role.String())
        {
            case "user":
                ReadUser(message["content"], read);
                break;
            case "assistant":
                read.Add(new ChatMessage(ChatRole.Assistant, Require(message["content"], allowsEmpty: isLast, isResult: false)));
                break;
            case "system":
                read.Add(ReadSystem(message["content"], "messages"));
                break;
            default:
                throw role.Invalid("must be 'user', 'assistant' or 'system'");
        }

        foreach (var member in message.Value.EnumerateObject())
        {
            if (member.Name is not ("role" or "content") && member.Value.ValueKind != System.Text.Json.JsonValueKind.Null && read.Count > before)
            {
                (read[before].AdditionalProperties ??= [])[AnthropicKeys.Of(member.Name)] = member.Value;
            }
        }
    }

    private static void ReadUser(RequestElement content, List<ChatMessage> read)
    {
        ChatMessage? current = null;
        foreach (var item in Require(content, allowsEmpty: false, isResult: true))
        {
            var role = item is FunctionResultContent ? ChatRole.Tool : ChatRole.User;
            if (current?.Role != role)
            {
                current = new ChatMessage(role, new List<AIContent>());
                read.Add(current);
            }

            current.Contents.Add(item);
        }
    }

    private static ChatMessage ReadSystem(RequestElement content, string where)
    {
        var contents = BlockReader.ReadContent(content);
        return contents.TrueForAll(item => item is TextContent || AnthropicKeys.RawBlock(item) is not null)
            ? new ChatMessage(ChatRole.System, contents)
            : throw content.Invalid(where == "system" ? "may hold text blocks only" : "of a system message may hold text blocks only");
    }

    private static List<AIContent> Require(RequestElement content, bool allowsEmpty, bool isResult)
    {
        var contents = BlockReader.ReadContent(content);
        if (contents.Count == 0 && !allowsEmpty)
        {
            throw content.Invalid("must not be empty");
        }

        for (var i = 0; i < contents.Count; i++)
        {
            var isMisplaced = isResult
                ? contents[i] is FunctionCallContent or TextReasoningContent
                : contents[i] is FunctionResultContent;
            if (isMisplaced)
            {
                throw new WireRequestException(
                    $"{content.Path}[{i}].type",
                    isResult ? $"'{content.Path}[{i}]' is a block that only an assistant's message may hold." : $"'{content.Path}[{i}]' is a 'tool_result', which only a user's message may hold.",
                    WireRequestCodes.InvalidValue);
            }
        }

        return contents;
    }
}
