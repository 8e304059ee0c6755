using Conductor.Calls;
using Conductor.Errors;
using Conductor.Settings;

namespace Conductor.Admission;

/// <summary>How much one call may bring. An operation's text is checked where its request is read.</summary>
internal static class SizeLimits
{
    /// <exception cref="InvalidRequestException">An input is empty or too long; the message says which and how long it may be.</exception>
    public static void Check(ModelCall call, LimitsSettings limits)
    {
        if (call is not EmbeddingCall { Request.Inputs: { } inputs })
        {
            return; // token ids have no characters
        }

        if (inputs.Count == 0)
        {
            throw new InvalidRequestException("'input' is empty; send one text or several.", "input", "invalid_length");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Length == 0 || inputs[i].Length > limits.MaxEmbeddingTextLength)
            {
                var field = inputs.Count == 1 ? "input" : $"input[{i}]";
                throw new InvalidRequestException(
                    $"'{field}' has {inputs[i].Length} characters; it must hold 1 to {limits.MaxEmbeddingTextLength}.", field, "invalid_length");
            }
        }
    }
}
