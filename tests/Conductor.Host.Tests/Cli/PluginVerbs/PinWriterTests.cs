using Conductor.Host.Cli.PluginVerbs;

namespace Conductor.Host.Tests.Cli.PluginVerbs;

public sealed class PinWriterTests
{
    private const string Pin = "mine: [ \"00\" ]";

    [Theory]
    [InlineData("", "\nplugins:\n  allowed:\n    PIN\n")]
    [InlineData("# mine\nserver: {}\n", "# mine\nserver: {}\n\nplugins:\n  allowed:\n    PIN\n")]
    [InlineData("# mine\r\nserver: {}\r\n", "# mine\r\nserver: {}\r\n\r\nplugins:\r\n  allowed:\r\n    PIN\r\n")]
    [InlineData("plugins:\n  watch: false # why\nserver: {}\n", "plugins:\n  allowed:\n    PIN\n  watch: false # why\nserver: {}\n")]
    [InlineData("plugins: # all\n    # in four\n    watch: false\n", "plugins: # all\n    allowed:\n        PIN\n    # in four\n    watch: false\n")]
    [InlineData("plugins:\n  allowed: # seen\n     old: [ \"1\" ]\n  watch: false\n", "plugins:\n  allowed: # seen\n     PIN\n     old: [ \"1\" ]\n  watch: false\n")]
    public void Insert_ShapesThatPeopleWrite_OneLineMore(string before, string after) =>
        Assert.Equal(after.Replace("PIN", Pin, StringComparison.Ordinal), PinWriter.Insert(before, Pin));

    [Theory]
    [InlineData("plugins: { watch: false }\n")]
    [InlineData("plugins:\n  allowed: { old: [ \"1\" ] }\n")]
    [InlineData("plugins:\n")]
    [InlineData("plugins:\n  # nothing yet\nserver: {}\n")]
    public void Insert_OtherShapes_LeftAlone(string before) => Assert.Null(PinWriter.Insert(before, Pin));
}
