namespace Koda.Worker.Tools;

/// <summary>Where commands in the background are told of while an attempt at their turn runs.</summary>
internal interface IBackgroundLog
{
    void Started(BackgroundCommand command);

    void Printed(BackgroundCommand command, string text);

    void Ended(BackgroundCommand command);
}

/// <summary>The call that started something.</summary>
internal readonly record struct CallOrigin(int Step, string CallId, string Tool);
