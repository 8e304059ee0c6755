using System.Text;

namespace Conductor.Host.Logging;

/// <summary>An exception in one line.</summary>
internal static class ExceptionText
{
    // Deep chains repeat themselves.
    private const int MaxDepth = 5;

    /// <summary>Type and message, then those of the inner exceptions; no stack.</summary>
    public static string Chain(Exception exception)
    {
        var text = new StringBuilder();
        var depth = 0;
        for (var one = exception; one is not null && depth < MaxDepth; one = one.InnerException, depth++)
        {
            text.Append(depth > 0 ? " <- " : "").Append(one.GetType().Name).Append(": ").Append(one.Message);
        }

        return text.ToString();
    }
}
