namespace Conductor.TestPlugins;

public abstract class Talker
{
    public override string ToString() => "library 2";
}
