using System.Text;

namespace Conductor.Wire.OpenAI;

/// <summary>What a stream's writer has to remember of one choice.</summary>
internal sealed class ChoiceState
{
    public bool IsRoleOut { get; set; }

    /// <summary>By member: the first half of a surrogate pair whose second half is still to come.</summary>
    public Dictionary<string, char> Halves { get; } = [];

    public int ToolCalls { get; set; }

    /// <summary>The thinking since the last signature.</summary>
    public StringBuilder Thinking { get; } = new();

    /// <summary>How many signatures were told.</summary>
    public int Details { get; set; }

    public string? Finish { get; set; }
}
