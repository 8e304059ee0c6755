namespace Conductor.Wire.Responses;

/// <summary>Keys of what only this dialect has; beside <see cref="ChatKeys"/>.</summary>
public static class ResponsesKeys
{
    /// <summary>The dialect's name, as it stands in <see cref="ChatKeys.Of"/>.</summary>
    public const string Dialect = "responses";

    /// <summary>On a message of a request: the items that it was read from, a JSON array. They are written again as they were, and stand before what the contents say.</summary>
    public const string Items = "conductor.responses.items";

    /// <summary>On a content of a kind that this dialect alone knows (a web search's call, say): the whole item.</summary>
    public const string RawItem = "conductor.responses.item";

    /// <summary>On a content part of a kind that the reader does not know: the whole part.</summary>
    public const string RawPart = "conductor.responses.part";

    /// <summary>On a reasoning content: <c>string</c>, the item it is part of.</summary>
    public const string ItemId = "conductor.responses.id";

    /// <summary>On a reasoning content: <c>bool</c>, the thinking itself (`reasoning_text`) and no summary of it.</summary>
    public const string IsFullReasoning = "conductor.responses.full_reasoning";

    /// <summary>On a reasoning content: <c>int</c>, which part of its item it is (a piece of); a new number is a new part.</summary>
    public const string PartIndex = "conductor.responses.part_index";

    /// <summary>On a tool that is no function: its whole JSON object.</summary>
    public const string RawTool = "conductor.responses.tool";

    /// <summary>On a tool: <c>bool</c>, `strict` was left to the server, which here means true where the schema allows it.</summary>
    public const string ServersStrict = "conductor.responses.servers_strict";
}
