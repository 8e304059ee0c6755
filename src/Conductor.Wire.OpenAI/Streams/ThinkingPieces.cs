using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>
/// One choice's thinking as it comes: text under one of three names, and details beside it or after it that say the same text again, with its signature.
/// </summary>
internal sealed class ThinkingPieces
{
    // The text since the last signature: what a detail may say again.
    private readonly StringBuilder _said = new();

    public void Read(JsonElement delta, IList<AIContent> contents)
    {
        var text = OpenAIResponseReader.Reasoning(delta);
        if (text is not null)
        {
            contents.Add(new TextReasoningContent(text));
            _said.Append(text);
        }

        if (ResponseJson.Member(delta, "reasoning_details"u8, JsonValueKind.Array) is not { } details)
        {
            return; // nearly always
        }

        foreach (var detail in details.EnumerateArray().Select(ReasoningDetails.Read).OfType<TextReasoningContent>())
        {
            if (text is not null || _said.Equals(detail.Text.AsSpan()))
            {
                detail.Text = "";
            }

            _said.Append(detail.Text);
            if (detail.ProtectedData is not null)
            {
                _said.Clear();
            }

            if (detail.Text.Length > 0 || detail.ProtectedData is not null)
            {
                contents.Add(detail);
            }
        }
    }
}
