using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Whole answers: types to bytes.</summary>
public static class ResponsesAnswerWriter
{
    /// <summary>Writes a `response`. Of an answer with several choices it is the first.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The answer.</param>
    /// <param name="head">Who it is and what was asked.</param>
    /// <param name="isStored">What the answer says of `store`.</param>
    /// <param name="usage">What it took; the response's own where null.</param>
    public static void Write(IBufferWriter<byte> output, ChatResponse response, ResponsesHead head, bool isStored, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(head);
        var assembler = new OutputAssembler(head);
        foreach (var message in response.Messages.Where(message => message.Role == ChatRole.Assistant && IsFirstChoice(message)))
        {
            var logprobs = ResponseObject.Logprobs(message.AdditionalProperties);
            foreach (var content in message.Contents)
            {
                assembler.Add(content, logprobs);
                if (content is TextContent { Text.Length: > 0 })
                {
                    logprobs = []; // they are the whole message's
                }
            }
        }

        var incomplete = ResponseObject.Incomplete(response.FinishReason);
        assembler.End(incomplete is not null);
        WireJson.Write(output, writer => ResponseObject.Write(
            writer, head, incomplete is null ? "completed" : "incomplete", assembler.Items, usage ?? WireUsage.FromDetails(response.Usage), incomplete, isStored));
    }

    private static bool IsFirstChoice(ChatMessage message) => message.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int index) != true || index == 0;
}
