using System.CommandLine;

namespace Koda.Cli;

/// <summary><c>koda completion</c></summary>
internal static class CompletionCommand
{
    // The shells hand the line on; what fits there the command line itself knows.
    private const string Bash = """
        _koda() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _koda koda ./koda
        """;

    private const string Zsh = """
        #compdef koda
        _koda() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
          compadd -a found
          _files
        }
        compdef _koda koda ./koda
        """;

    private const string Fish = """
        complete -c koda -a '(koda "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    private static readonly Dictionary<string, string> s_scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish };

    public static Command Create(CommonOptions common)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.Among([.. s_scripts.Keys]);
        var command = new TaughtCommand(
            "completion",
            "Prints what makes Tab complete commands and options in a shell.",
            """
            source <(koda completion bash)                                  # in ~/.bashrc
            source <(koda completion zsh)                                   # in ~/.zshrc, after compinit
            koda completion fish > ~/.config/fish/completions/koda.fish
            """)
        {
            shell,
        };
        command.SetAction(parse => common.Terminal.Out.WriteLine(s_scripts[parse.GetValue(shell)!]));
        return command;
    }
}
